/** A map of results with coordinates: points on a grid of degrees, with nothing fetched from a server of tiles. */

import { el, pictureWidth, say, svg, written } from "./dom.js";
import { cutShort, drawable, numbers, undrawn, words } from "./model.js";

const LATITUDE = /^(wgs_?)?lat(itude)?$/i;
const LONGITUDE = /^(wgs_?)?(lon|long|lng|longitude)$/i;
const POINT = /^(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)$/i; // GeoSPARQL 1.1 §8.5, longitude first
const HEIGHT = 460;
const MOST_NAMES = 40;
const [LETTER, LINE] = [7.5, 16]; // about the size of a letter of a name
const LEAST = 0.2; // degrees on a map, so that one point has surroundings
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
const KILOMETRES = 111.32; // of a degree of latitude

export const mappable = (results) => places(results).found.length > 0;

/** The distinct points, each with the names that stand there; and the rows that have none. */
function places(results) {
  const measured = numbers(results);
  const [latitude, longitude] = [LATITUDE, LONGITUDE].map((name) => measured.find((variable) => name.test(variable)));
  const name = words(results).find((variable) => !results.results.bindings.some((row) => POINT.test(row[variable]?.value)));
  const [found, unplaced] = [new Map(), []];
  for (const row of results.results.bindings) {
    const point = latitude && longitude ? pair(row[longitude], row[latitude]) : writtenPoint(row);
    if (!point) {
      unplaced.push(row);
      continue;
    }
    const place = found.get(point.join()) ?? { longitude: point[0], latitude: point[1], names: new Set() };
    if (name && row[name]) place.names.add(row[name].value);
    found.set(point.join(), place);
  }
  return { found: [...found.values()], unplaced };
}

const pair = (longitude, latitude) => (longitude && latitude ? [Number(longitude.value), Number(latitude.value)] : null);

function writtenPoint(row) {
  const match = Object.values(row).map((term) => POINT.exec(term.value)).find(Boolean);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

export function draw(whole, page) {
  const { t } = page;
  const results = drawable(whole, page);
  const { found: shown, unplaced } = places(results);
  const width = pictureWidth();
  const { west, north, unit, shrink } = view(shown, width);
  const x = (longitude) => (longitude - west) * shrink * unit;
  const y = (latitude) => (north - latitude) * unit;
  const bounds = { west, north, width, east: west + width / (shrink * unit), south: north - HEIGHT / unit };
  return el(
    "figure",
    { class: "map" },
    cutShort(results, t),
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": say(t.map_of, { n: shown.length }) },
      ...grid(bounds, x, y),
      ...shown.map((place) => dot(place, x, y)),
      ...(shown.length <= MOST_NAMES ? named(shown, x, y) : []),
      ...bar(unit, width),
    ),
    el("figcaption", { class: "meta" }, shown.length > MOST_NAMES ? `${t.map_lead} ${t.map_names}` : t.map_lead),
    undrawn(unplaced, t.unplaced, words(results), page),
  );
}

/** Where the map begins and how many points on the screen a degree has, so that all places are on it, with room around. */
function view(shown, whole) {
  const longitudes = shown.map((place) => place.longitude);
  const latitudes = shown.map((place) => place.latitude);
  const [west, east, south, north] = [Math.min(...longitudes), Math.max(...longitudes), Math.min(...latitudes), Math.max(...latitudes)];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180) || 1; // a degree of longitude is that much shorter
  const width = Math.max((east - west) * shrink, LEAST) / 0.6;
  const height = Math.max(north - south, LEAST) / 0.75;
  const unit = Math.min(whole / width, HEIGHT / height);
  return {
    west: (west + east) / 2 - whole / (2 * shrink * unit),
    north: (north + south) / 2 + HEIGHT / (2 * unit),
    unit,
    shrink,
  };
}

function grid(bounds, x, y) {
  const step = STEPS.find((candidate) => (bounds.east - bounds.west) / candidate <= bounds.width / 90) ?? 45;
  const multiples = (low, high) => {
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(6)));
  };
  const degrees = (value, letters) => `${written(Math.abs(value))}° ${value < 0 ? letters[1] : letters[0]}`;
  return [
    ...multiples(bounds.west, bounds.east).flatMap((at) => [
      svg("line", { class: "grid", x1: x(at), x2: x(at), y1: 0, y2: HEIGHT }),
      svg("text", { class: "degree", x: x(at) + 3, y: 13 }, degrees(at, "EW")),
    ]),
    ...multiples(bounds.south, bounds.north).flatMap((at) => [
      svg("line", { class: "grid", x1: 0, x2: bounds.width, y1: y(at), y2: y(at) }),
      svg("text", { class: "degree", x: 3, y: y(at) - 3 }, degrees(at, "NS")),
    ]),
  ];
}

function dot(place, x, y) {
  const title = `${names(place)} (${written(place.latitude)}, ${written(place.longitude)})`;
  return svg("circle", { class: "place", cx: x(place.longitude), cy: y(place.latitude), r: 6 }, svg("title", {}, title));
}

const names = (place) => [...place.names].join(", ");

/** The names beside their points, moved down where another one stands already. */
function named(shown, x, y) {
  const taken = [];
  return shown
    .toSorted((a, b) => b.latitude - a.latitude)
    .map((place) => {
      const [left, right] = [x(place.longitude) + 11, x(place.longitude) + 11 + names(place).length * LETTER];
      let top = y(place.latitude) + 5;
      while (taken.some((other) => left < other.right && other.left < right && Math.abs(top - other.top) < LINE)) top += LINE;
      taken.push({ left, right, top });
      return svg("text", { class: "name", x: left, y: top }, names(place));
    });
}

/** How long a distance is, at the foot of the map. */
function bar(unit, whole) {
  const kilometre = unit / KILOMETRES;
  const length = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].findLast((km) => km * kilometre < whole / 3) ?? 1;
  const [x0, x1, y0] = [12, 12 + length * kilometre, HEIGHT - 12];
  return [
    svg("path", { class: "scale", d: `M${x0} ${y0 - 5}v5H${x1}v-5` }),
    svg("text", { class: "degree", x: x0, y: y0 - 9 }, `${written(length)} km`),
  ];
}
