// Runs before the page is drawn, so that it does not flash in the other theme.
(function () {
  var root = document.documentElement;
  var wanted = root.dataset.theme;
  var dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
