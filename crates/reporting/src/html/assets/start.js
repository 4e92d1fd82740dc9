// Choosing, and the beginning.
// What is chosen is said in one sentence: all of the panel would be too much to listen to.
const choose = (id, sentence) => {
  chosen = id;
  byId("said").textContent = sentence;
  mark();
  selectInList();
};

// Brings a function into view, unless it is there.
const show = (id) => {
  const one = map.getElementById(id);
  if (one.empty()) return;
  const { x, y } = one.renderedPosition();
  if (x < 40 || y < 40 || x > map.width() - 40 || y > map.height() - 40) map.center(one);
};

const chooseFunction = (number, { from } = {}) => {
  functionPanel(number);
  choose(`f${number}`, `${data.functions[number].name}: ${text(data.functions[number].says)}. The panel tells more.`);
  if (from !== "map") show(`f${number}`);
  if (from === "panel") byId("panel").focus({ preventScroll: true });
};

const chooseCoupling = (number) => {
  couplingPanel(number);
  const { a, b } = data.couplings[number];
  choose(`c${number}`, `The case of ${data.functions[a].name} and ${data.functions[b].name}: strength ${share(strength(data.couplings[number]))}. The panel tells more.`);
};

const chooseLink = (number) => {
  linkPanel(number);
  const [kind, a, b] = data.links[number];
  choose(`l${number}`, `${data.kinds[kind]} of ${data.functions[a].name} and ${data.functions[b].name}. The panel tells more.`);
};

// Names in the tables choose on the map; where no script runs, they lead to the row of the function.
const startLinks = () => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.function");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const number = Number(link.dataset.function);
    const other = link.dataset.with;
    const coupling = other === undefined ? undefined : couplingBetween(number, Number(other));
    if (coupling === undefined) chooseFunction(number, { from: "table" });
    else chooseCoupling(coupling);
    byId("explorer").scrollIntoView({ block: "start" });
    byId("panel").focus({ preventScroll: true });
  });
  // A link to a finding opens it.
  const open = () => {
    const target = location.hash.startsWith("#finding-") ? byId(location.hash.slice(1)) : null;
    if (target) target.open = true;
  };
  window.addEventListener("hashchange", open);
  open();
};

startTheme();
if (data.functions.length) {
  byId("explorer").hidden = false;
  startMap();
  startFilters();
  startList();
  refresh();
  startLinks();
}
root.dataset.ready = "true";
