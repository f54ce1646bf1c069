"use strict";

// The rating over time; the table beside it says the same in figures.
(() => {
  const place = document.getElementById("rating-chart");
  const rows = [...document.querySelectorAll("#rating-history tbody tr")];
  if (place === null || rows.length === 0) return;
  const DAY_S = 86400;
  let chart = null;

  function dayOf(seconds) {
    const spelt = { day: "numeric", month: "short" };
    return new Date(seconds * 1000).toLocaleDateString(document.documentElement.lang, spelt);
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
        scales: { x: { range: (_, least, most) => [least - DAY_S, most + DAY_S] }, y: { range: [1, 5] } },
        axes: [
          { stroke: ink, grid, space: 70, values: (_, moments) => moments.map(dayOf) },
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
