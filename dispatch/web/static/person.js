"use strict";

// The rating over time; the table beside it says the same in figures.
(() => {
  const place = document.getElementById("rating-chart");
  const rows = [...document.querySelectorAll("#rating-history tbody tr")];
  if (place === null || rows.length === 0) return;
  const DAY_S = 86400;
  const STEPS_S = [1, 2, 3, 7, 14, 30, 60, 90, 180, 365, 730].map((days) => days * DAY_S);
  const { lang } = document.documentElement;
  let chart = null;

  // As the page writes days: the day before the month, and the year where it is not this one.
  function dayOf(seconds) {
    const day = new Date(seconds * 1000);
    const told = day.toLocaleDateString(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "short" });
    return day.getFullYear() === new Date().getFullYear() ? told : `${told} ${day.getFullYear()}`;
  }

  function draw() {
    const tone = getComputedStyle(document.documentElement);
    const line = tone.getPropertyValue("--tblr-primary").trim();
    const ink = getComputedStyle(place).color;
    const grid = { stroke: tone.getPropertyValue("--tblr-border-color").trim(), width: 1 };
    const times = rows.map((row) => Number(row.dataset.at));
    const ratings = rows.map((row) => Number(row.dataset.rating));
    chart?.destroy();
    chart = new uPlot(
      {
        width: place.clientWidth,
        height: 180,
        legend: { show: false },
        cursor: { show: false },
        // Reckoned here: of a single moment uPlot makes a stretch of years.
        scales: { x: { range: () => [Math.min(...times) - DAY_S, Math.max(...times) + DAY_S] }, y: { range: [1, 5] } },
        axes: [
          { stroke: ink, grid, space: 90, incrs: STEPS_S, values: (_, moments) => moments.map(dayOf) },
          { stroke: ink, grid, size: 32 },
        ],
        series: [{}, { stroke: line, width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { size: 5 } }],
      },
      [times, ratings],
      place,
    );
  }

  draw();
  new ResizeObserver(() => {
    if (chart !== null && chart.width !== place.clientWidth) chart.setSize({ width: place.clientWidth, height: 180 });
  }).observe(place);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
