// Functions that run inside the audit's page: each takes and gives back plain data.

/** What a person could not read: elements that reach beyond the screen, text in too narrow a column, tiny labels. */
export function findFaults() {
  const visible = [...document.querySelectorAll("body *")].filter((element) => element.getClientRects()[0]);
  const nameOf = (element) => `${element.tagName} ${element.textContent?.slice(0, 40)}`;
  const isWider = ({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1;
  const beyond = visible.filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    return left < -0.5 || right > innerWidth + 0.5 || isWider(element);
  });
  const cells = visible.filter((element) => element.matches("th, td, dd, p"));
  const isNarrow = (element) =>
    element.textContent.length > 20 && element.getBoundingClientRect().width < 110;
  const labels = visible.filter((element) => element.matches("svg text"));
  return {
    beyond: beyond.map(nameOf),
    narrow: cells.filter(isNarrow).map(nameOf),
    tiny: labels.filter((element) => element.getBoundingClientRect().height < 11).map(nameOf),
    charts: visible.filter((element) => element.matches("svg")).length,
  };
}

/** The figures of the tiles, and of each table the names with their first figures. */
export function readFigures() {
  const textsOf = (elements) => [...elements].map((element) => element.textContent);
  const tables = [...document.querySelectorAll("table")].map((table) => {
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => textsOf(row.children).slice(0, 2));
    return [table.parentElement.querySelector("h2").textContent, rows];
  });
  return { tiles: textsOf(document.querySelectorAll("dd:not(.muted)")), tables: Object.fromEntries(tables) };
}

export function readBackground() {
  return getComputedStyle(document.body).backgroundColor;
}
