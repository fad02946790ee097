// SPDX-License-Identifier: Apache-2.0
//
// Live charts, drawn by Chart.js (a script of its own, the global Chart).

import { byId, element, setText } from "./dom.js";
import { clock, count, duration, rate } from "./format.js";
import { total } from "./history.js";

/* global Chart */

const MOST_LINES = 8; // more servers than this are shown as their sum

const CHARTS = [
  { title: "Live calls", format: count, of: (sample) => new Map([...sample.servers].map(([name, { live_calls }]) => [name, live_calls ?? 0])) },
  { title: "New calls per second", format: rate, of: (sample) => sample.rates?.newCalls },
  { title: "Packets per second, by service", format: rate, of: (sample) => sample.rates?.servicePackets },
];

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colour(place) {
  return style(`--line-${place % MOST_LINES + 1}`);
}

/** The names in the samples, the last one's first; one name, "all", if there are too many. */
function linesOf(samples, of) {
  const names = new Set(samples.toReversed().flatMap((sample) => [...(of(sample)?.keys() ?? [])]));
  return names.size > MOST_LINES ? ["all"] : [...names].sort();
}

function valueOf(map, name) {
  return name === "all" ? total(map) : map.get(name) ?? null;
}

/** A null in a gap ends the line. */
function pointsOf(history, samples, of, name) {
  const points = [];
  samples.forEach((sample, place) => {
    if (place > 0 && history.isGap(samples[place - 1], sample)) {
      points.push({ x: samples[place - 1].time * 1000 + 1, y: null });
    }
    const values = of(sample);
    points.push({ x: sample.time * 1000, y: values ? valueOf(values, name) : null });
  });
  return points;
}

function options(format) {
  const text = style("--text-soft");
  const grid = style("--line");
  return {
    animation: false, parsing: false, normalized: true, responsive: true, maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: { type: "linear", grid: { display: false }, ticks: { color: text, maxTicksLimit: 4, maxRotation: 0,
        callback: (time) => clock(new Date(time)) } },
      y: { beginAtZero: true, stacked: true, suggestedMax: 4, grid: { color: grid, drawBorder: false },
        ticks: { color: text, maxTicksLimit: 5, callback: (value) => count(value) } },
    },
    plugins: {
      legend: { display: true, position: "bottom", labels: { color: text, boxWidth: 10, boxHeight: 10, padding: 10 } },
      tooltip: { callbacks: {
        title: (items) => clock(new Date(items[0].parsed.x)),
        label: (item) => `${item.dataset.label}: ${format(item.parsed.y)}`,
      } },
    },
  };
}

function createChart({ title, format }) {
  const canvas = element("canvas", { role: "img" });
  const now = element("strong", { className: "now" });
  byId("chart-list").append(element("figure", {},
    element("figcaption", {}, element("span", {}, title), now),
    element("div", { className: "canvas" }, canvas)));
  return { canvas, now, chart: new Chart(canvas, { type: "line", data: { datasets: [] }, options: options(format) }) };
}

function dataset(name, place, data) {
  const line = colour(place);
  return { label: name, data, borderColor: line, backgroundColor: `${line}40`, fill: true, borderWidth: 1.5,
    pointRadius: 0, pointHitRadius: 8, stack: "all" };
}

export class Charts {
  #history;
  #drawn = null;

  constructor(history) {
    this.#history = history;
    byId("history-span").onchange = () => this.show();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redress());
  }

  show() {
    const samples = this.#history.since(Date.now() / 1000 - Number(byId("history-span").value));
    if (samples.length === 0) {
      return;
    }
    byId("charts").hidden = false;
    this.#drawn ??= CHARTS.map(createChart);
    CHARTS.forEach((kind, place) => this.#showOne(kind, this.#drawn[place], samples));
    const seen = duration(Date.now() / 1000 - this.#history.begun);
    setText(byId("history-note"), `Data of the ${seen} since you opened this page, at most an hour. Gaps: the page was hidden or got no answer.`);
  }

  #showOne({ title, format, of }, { canvas, now, chart }, samples) {
    chart.data.datasets = linesOf(samples, of).map((name, place) =>
      dataset(name, place, pointsOf(this.#history, samples, of, name)));
    chart.options.scales.x.min = samples[0].time * 1000;
    chart.options.scales.x.max = samples.at(-1).time * 1000;
    chart.update("none");
    const last = of(samples.at(-1));
    const value = last ? format(total(last)) : format(NaN);
    setText(now, value);
    canvas.setAttribute("aria-label", `${title}: now ${value}. The tables below have the numbers.`);
  }

  /** Other colours: those of the other scheme. */
  #redress() {
    this.#drawn?.forEach(({ chart }, place) => {
      chart.options = options(CHARTS[place].format);
    });
    this.show();
  }
}
