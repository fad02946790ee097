// SPDX-License-Identifier: Apache-2.0
//
// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const UNKNOWN = "–";

export function count(number) {
  return Number.isFinite(number) ? whole.format(number) : UNKNOWN;
}

/** Small rates with a tenth: 0.4 a second is not nothing. */
export function rate(number) {
  if (!Number.isFinite(number)) {
    return UNKNOWN;
  }
  return number < 100 ? tenth.format(number) : whole.format(number);
}

export function percent(share) {
  return Number.isFinite(share) ? `${tenth.format(share * 100)} %` : UNKNOWN;
}

/** "2 d 3 h", "4 min 5 s": the two largest units. */
export function duration(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let left = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [unit, size] of units) {
    parts.push([Math.floor(left / size), unit]);
    left %= size;
  }
  const first = Math.min(parts.findIndex(([number]) => number > 0) >>> 0, parts.length - 1);
  return parts.slice(first, first + 2).filter(([number], place) => number > 0 || place === 0)
    .map(([number, unit]) => `${number} ${unit}`).join(" ");
}

/** A time of day; with the date if it is not today's. */
export function clock(date) {
  const time = date.toLocaleTimeString("en-GB");
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString("en-CA")} ${time}`;
}

/** An address with its port, as in a URI. */
export function endpoint(address, port) {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
