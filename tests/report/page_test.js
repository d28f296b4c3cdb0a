// Uses the page as a reader would; the outcome goes to <html data-selftest>.
addEventListener("load", () => {
  const root = document.documentElement, wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const check = (what, holds) => { if (!holds) wrong.push(what); };
  const press = (element, key) => element.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  try {
    check("script ran", root.dataset.ready === "true");
    check("tables", all("table").length >= 5 && all("table caption").length === all("table").length);
    check("plots", all("svg.plot").length >= 4 && all("svg.plot .point").length > 20);
    check("nothing outside the plots", all("svg.plot .point .mark").every((mark) => {
      const a = mark.getBoundingClientRect(), b = mark.closest("svg").getBoundingClientRect();
      return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
    }));

    const rows = () => all("#summary-table tbody tr:not([hidden])");
    const find = document.querySelector("[data-find]"), before = rows().length;
    find.value = "softmax";
    find.dispatchEvent(new Event("input", {bubbles: true}));
    check("search", rows().length === 1 && document.querySelector("[data-count]").textContent === `1 of ${before} rows`);
    find.value = "";
    const primitive = document.querySelector('select[data-key="primitive"]');
    primitive.value = "relu";
    primitive.dispatchEvent(new Event("input", {bubbles: true}));
    check("filter", rows().length === 4 && rows().every((row) => row.dataset.primitive === "relu"));

    const head = all("#summary-table thead th")[4], times = () => rows().map((row) => +row.cells[4].dataset.v);
    head.querySelector("button").click();
    check("sort down", head.getAttribute("aria-sort") === "descending" && times()[0] === Math.max(...times()));
    head.querySelector("button").click();
    check("sort up", head.getAttribute("aria-sort") === "ascending" && times()[0] === Math.min(...times()));

    const figure = document.querySelector("#p-gemm figure"), key = figure.querySelector(".key");
    const line = () => getComputedStyle(figure.querySelector(`g[data-series="${key.dataset.series}"]`)).display;
    key.click();
    check("legend hides", line() === "none" && key.getAttribute("aria-pressed") === "false");
    key.click();
    check("legend shows", line() !== "none");

    const relu = document.querySelector("#p-relu figure"), tip = document.getElementById("tip");
    check("one tab stop", relu.querySelectorAll('.point[tabindex="0"]').length === 1);
    relu.querySelector('.point[tabindex="0"]').focus();
    check("focus tells", !tip.hidden && tip.textContent.includes("relu/naive") && tip.textContent.includes("n=1024"));
    press(document.activeElement, "ArrowRight");
    check("arrow right", tip.textContent.includes("n=16384"));
    press(document.activeElement, "ArrowDown");
    check("arrow down", tip.textContent.includes("relu/avx2") && tip.textContent.includes("n=16384"));
    press(document.activeElement, "Escape");
    check("escape", tip.hidden);

    const paper = () => getComputedStyle(document.body).backgroundColor, day = paper();
    document.getElementById("theme").click();
    check("theme", paper() !== day && document.getElementById("theme").getAttribute("aria-pressed") === "true");
    check("no network", performance.getEntriesByType("resource").length === 0);
  } catch (error) {
    wrong.push(String(error));
  }
  root.dataset.selftest = wrong.length ? `wrong: ${wrong.join(", ")}` : "right";
});
