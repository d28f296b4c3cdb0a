"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;

  // Theme: the system's, until the button is pressed; remembered where the browser allows it.
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("assay-theme"); } catch { /* opened from a file: nothing to remember */ }
  const paint = () => {
    const theme = chosen || (dark.matches ? "dark" : "light");
    root.dataset.theme = theme;
    button.setAttribute("aria-pressed", String(theme === "dark"));
    button.textContent = theme === "dark" ? "Light" : "Dark";
  };
  button.addEventListener("click", () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("assay-theme", chosen); } catch { /* see above */ }
    paint();
  });
  dark.addEventListener("change", paint);
  paint();

  // Tables: sort by a column; numbers with their largest first.
  const key = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
  const sort = (head) => {
    const table = head.closest("table"), column = head.cellIndex, numeric = head.classList.contains("n");
    const now = head.getAttribute("aria-sort");
    const order = now === null ? (numeric ? "descending" : "ascending") : now === "ascending" ? "descending" : "ascending";
    all("th[aria-sort]", table.tHead).forEach((th) => th.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const compare = (a, b) => numeric ? key(a, column) - key(b, column)
      : key(a, column).localeCompare(key(b, column), "en", {numeric: true});
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => sign * compare(a, b)));
  };
  all("thead button").forEach((b) => b.addEventListener("click", () => sort(b.closest("th"))));

  // Filters: every select names a data attribute of the rows; the search looks at their text and titles.
  all("form[data-filters]").forEach((form) => {
    const rows = [...document.getElementById(form.dataset.filters).tBodies[0].rows];
    const text = new Map(rows.map((row) =>
      [row, (row.textContent + " " + all("[title]", row).map((e) => e.title).join(" ")).toLowerCase()]));
    const apply = () => {
      const words = form.querySelector("[data-find]").value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = all("select", form).filter((s) => s.value);
      let shown = 0;
      for (const row of rows) {
        const keep = wanted.every((s) => row.dataset[s.dataset.key] === s.value) &&
          words.every((word) => text.get(row).includes(word));
        row.hidden = !keep;
        shown += keep;
      }
      form.querySelector("[data-count]").textContent = `${shown} of ${rows.length} rows`;
    };
    form.addEventListener("input", apply);
    apply();
  });

  // Legends: press to hide a series; hover or focus to bring it out.
  all("figure").forEach((figure) => {
    const lines = all("g.series", figure);
    all(".key", figure).forEach((k) => {
      const mine = (g) => g.dataset.series === k.dataset.series;
      k.addEventListener("click", () => {
        const shown = k.getAttribute("aria-pressed") !== "true";
        k.setAttribute("aria-pressed", String(shown));
        lines.filter(mine).forEach((g) => g.classList.toggle("hidden", !shown));
        first(figure);
      });
      const fade = (on) => () => lines.forEach((g) => g.classList.toggle("faded", on && !mine(g)));
      for (const name of ["mouseenter", "focus"]) k.addEventListener(name, fade(true));
      for (const name of ["mouseleave", "blur"]) k.addEventListener(name, fade(false));
    });
  });

  // Points: one tab stop per plot; arrows walk along a series and between series.
  const points = (figure) => all("g.series:not(.hidden) .point", figure);
  const first = (figure) => {
    all(".point", figure).forEach((p) => p.setAttribute("tabindex", "-1"));
    points(figure)[0]?.setAttribute("tabindex", "0");
  };
  const move = (point, name) => {
    const figure = point.closest("figure"), series = point.closest("g.series");
    const along = all(".point", series), shown = all("g.series:not(.hidden)", figure);
    const place = along.indexOf(point);
    if (name === "ArrowRight") return along[place + 1];
    if (name === "ArrowLeft") return along[place - 1];
    const other = shown[shown.indexOf(series) + (name === "ArrowDown" ? 1 : -1)];
    return other && all(".point", other)[Math.min(place, all(".point", other).length - 1)];
  };
  const tip = document.getElementById("tip");
  const show = (point) => {
    tip.textContent = point.getAttribute("aria-label");
    tip.hidden = false;
    const at = point.querySelector(".mark").getBoundingClientRect(), size = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left + at.width / 2 - size.width / 2), innerWidth - size.width - 8);
    const above = at.top - size.height - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + 10}px`;
  };
  const hide = () => { tip.hidden = true; };
  all("figure").forEach(first);
  all("figure .plot .point").forEach((p) => {
    p.addEventListener("mouseenter", () => show(p));
    p.addEventListener("mouseleave", hide);
    p.addEventListener("focus", () => show(p));
    p.addEventListener("blur", hide);
    p.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const next = move(p, event.key);
      if (!next) return;
      p.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  });
  addEventListener("scroll", hide, {passive: true});
  root.dataset.ready = "true";
})();
