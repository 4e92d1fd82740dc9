// The list of functions: all that the map does, by keyboard. One entry is in the order of tabs; arrows go to the others.
const ROWS = 200;
let active = 0;
let listed = [];

const rowsOf = () => [...byId("list").children];

const setActive = (at, { focus = false } = {}) => {
  const rows = rowsOf();
  if (!rows.length) return;
  active = Math.max(0, Math.min(at, rows.length - 1));
  rows.forEach((row, number) => (row.tabIndex = number === active ? 0 : -1));
  if (focus) rows[active].focus();
};

const showList = () => {
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (name) => words.every((word) => name.toLowerCase().includes(word));
  const all = data.functions.map((one, number) => number).filter((number) => matches(data.functions[number].name));
  listed = all.slice(0, ROWS);
  const row = (number) =>
    element(
      "li",
      { role: "option", id: `option-${number}`, "aria-selected": String(chosen === `f${number}`), tabindex: "-1" },
      badge(data.functions[number].answer),
      element("span", {}, element("span", { class: "short" }, shortName(number)), " ", element("span", { class: "of" }, data.services[data.functions[number].service])),
    );
  byId("list").replaceChildren(...listed.map(row));
  byId("list").hidden = !listed.length;
  byId("list-more").textContent =
    all.length > ROWS ? `${ROWS} of ${all.length}: write more of the name to find the others.` : all.length ? "" : "no function is called like that";
  setActive(0);
};

// Moves the list to a row, and not the page: on a narrow screen the list is above the map, and who chose there stays there.
const showRow = (row) => {
  const [inner, outer] = [row, byId("list")].map((one) => one.getBoundingClientRect());
  if (inner.top < outer.top) byId("list").scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) byId("list").scrollTop += inner.bottom - outer.bottom;
};

const selectInList = () => {
  rowsOf().forEach((row, number) => row.setAttribute("aria-selected", String(chosen === `f${listed[number]}`)));
  const at = listed.findIndex((number) => chosen === `f${number}`);
  if (at >= 0) {
    setActive(at);
    showRow(rowsOf()[at]);
  }
};

const startList = () => {
  const list = byId("list");
  list.addEventListener("click", (event) => {
    const at = rowsOf().indexOf(event.target.closest("li"));
    if (at >= 0) chooseFunction(listed[at], { from: "list" });
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) setActive(active + step, { focus: true });
    else if (event.key === "Home") setActive(0, { focus: true });
    else if (event.key === "End") setActive(rowsOf().length - 1, { focus: true });
    else if (event.key === "Enter" || event.key === " ") chooseFunction(listed[active], { from: "list" });
    else return;
    event.preventDefault();
  });
  byId("find").addEventListener("input", showList);
  byId("find").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      setActive(0, { focus: true });
      event.preventDefault();
    } else if (event.key === "Enter" && listed.length) {
      chooseFunction(listed[0], { from: "list" });
      event.preventDefault();
    }
  });
  showList();
};
