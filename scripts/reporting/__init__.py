"""From a benchmark run's JSON to one HTML page and a Markdown summary. Standard library only."""
