// The map: functions at the places that were computed for them, services as boxes behind them, lines between them.
const CHIP = { width: 156, height: 28 };
const LETTERS = 20;
const KIND_CLASSES = { "shared code": "code", channel: "channel", store: "store", call: "call" };

let map = null;

const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

// The end of an id tells more than its beginning, which the box says.
const shortName = (number) => {
  const { name, service } = data.functions[number];
  const claimed = data.services[service];
  return name.startsWith(`${claimed}/`) ? name.slice(claimed.length + 1) : name.slice(name.lastIndexOf("/") + 1);
};

// Cut here, once: cutting to a width would measure every name again and again.
const cut = (words, letters) => (words.length > letters ? `${words.slice(0, letters - 1)}…` : words);

const SIGNS = { independent: "●", declared: "◐", "part-of": "◧", "not-independent": "◆", unknown: "◌" };

const answerColours = () => ({
  independent: colour("good"),
  declared: colour("teal"),
  "part-of": colour("warn"),
  "not-independent": colour("bad"),
  unknown: colour("unknown"),
});

const styleOfMap = () => {
  const answers = answerColours();
  const line = { "curve-style": "unbundled-bezier", "control-point-distances": "data(curve)", "control-point-weights": 0.5 };
  const arrow = { "target-arrow-shape": "triangle", "arrow-scale": 0.9 };
  const kind = (name, value) => ({ selector: `edge.${name}`, style: value });
  const byColour = (shade) => ({ "line-color": shade, "target-arrow-color": shade, "source-arrow-color": shade });
  return [
    {
      selector: "node",
      style: {
        "font-family": "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace",
        "font-size": 11,
        color: colour("ink"),
        "min-zoomed-font-size": 5,
      },
    },
    {
      selector: "node.area",
      style: {
        shape: "round-rectangle",
        width: "data(w)",
        height: "data(h)",
        label: "data(name)",
        events: "no",
        "background-color": colour("raised"),
        "border-width": 1,
        "border-color": colour("rule-strong"),
        "font-family": "system-ui, Segoe UI, Helvetica, Arial, sans-serif",
        "font-size": 13,
        "font-weight": 600,
        color: colour("muted"),
        "text-valign": "top",
        "text-margin-y": 22,
        "min-zoomed-font-size": 4,
        "z-index-compare": "manual",
        "z-index": 1,
      },
    },
    {
      selector: "node.area.stack",
      style: { "background-color": colour("sunken"), "border-style": "dashed", "z-index": 0 },
    },
    {
      selector: "node.function",
      style: {
        shape: "round-rectangle",
        width: CHIP.width,
        height: CHIP.height,
        label: "data(label)",
        "text-valign": "center",
        "text-halign": "center",
        "background-color": colour("paper"),
        "border-width": 1.5,
        "border-color": (node) => answers[node.data("answer")],
        "border-style": (node) => (node.data("answer") === "unknown" ? "dashed" : "solid"),
        "z-index-compare": "manual",
        // Above every line, chosen ones too: who clicks on a function means it.
        "z-index": 6,
      },
    },
    {
      selector: "edge",
      style: {
        ...line,
        ...byColour(colour("s4")),
        width: "data(width)",
        opacity: 0.85,
        "z-index-compare": "manual",
        "z-index": 2,
      },
    },
    kind("diffuse", { opacity: 0.4 }),
    kind("to-b", arrow),
    kind("to-a", { "source-arrow-shape": "triangle", "arrow-scale": 0.9 }),
    kind("code", { ...byColour(colour("violet")), "line-style": "dashed" }),
    kind("channel", { ...byColour(colour("good")), "line-style": "dotted" }),
    kind("store", { ...byColour(colour("warn")), "line-style": "dashed", "line-dash-pattern": [2, 4] }),
    kind("call", byColour(colour("bad"))),
    { selector: ".faint", style: { opacity: 0.12 } },
    { selector: "node.function.near", style: { "background-color": colour("accent-soft") } },
    {
      selector: "node.function.chosen",
      style: { "background-color": colour("accent"), color: colour("raised"), "border-color": colour("accent") },
    },
    { selector: "edge.near", style: { opacity: 1, "z-index": 4 } },
    {
      selector: "edge.chosen",
      style: { ...byColour(colour("focus")), opacity: 1, width: (edge) => edge.data("width") + 2, "z-index": 5 },
    },
  ];
};

const areaElements = (layout) =>
  layout.areas.map(([name, isStack, [x, y, w, h]], number) => ({
    group: "nodes",
    classes: isStack ? "area stack" : "area",
    data: { id: `area-${number}`, name: cut(text(name), Math.floor((w - 16) / 7.5)), w, h },
    position: { x: x + w / 2, y: y + h / 2 },
    selectable: false,
    grabbable: false,
  }));

const functionElements = (layout) =>
  layout.functions.map(([number, x, y]) => {
    const { answer } = data.functions[number];
    return {
      group: "nodes",
      classes: "function",
      data: { id: `f${number}`, number, answer, label: `${SIGNS[answer]} ${cut(shortName(number), LETTERS)}` },
      position: { x, y },
      grabbable: false,
    };
  });

// Two directions that differ by no more are one line without arrows, as everywhere in this tool.
const ALIKE = 0.15;

// How far a line bends. Within a column it goes around the functions between, through the room beside the column; else it
// bends a little, so that two lines of one way can be told apart.
const curve = (places, from, to) => {
  const [a, b] = [places.get(from), places.get(to)];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  if (Math.abs(dx) > CHIP.width) return 14 + 0.1 * Math.hypot(dx, dy);
  return Math.sign(dy) * -2 * (CHIP.width / 2 + 8 + Math.min(20, 0.06 * Math.abs(dy)));
};

const couplingElement = (places) => (number) => {
  const coupling = data.couplings[number];
  const difference = coupling.ab[0] - coupling.ba[0];
  const way = Math.abs(difference) <= ALIKE ? "" : difference > 0 ? " to-b" : " to-a";
  return {
    group: "edges",
    classes: `co-change${coupling.specific ? "" : " diffuse"}${way}`,
    data: {
      id: `c${number}`,
      number,
      source: `f${coupling.a}`,
      target: `f${coupling.b}`,
      width: 1 + 6 * strength(coupling),
      curve: curve(places, coupling.a, coupling.b),
    },
  };
};

const linkElement = (places) => (number) => {
  const [kind, a, b, isDirected, , things] = data.links[number];
  return {
    group: "edges",
    classes: `${KIND_CLASSES[data.kinds[kind]]}${isDirected ? " to-b" : ""}`,
    data: {
      id: `l${number}`,
      link: number,
      source: `f${a}`,
      target: `f${b}`,
      width: 1 + Math.min(3, Math.log2(things + 1)),
      curve: curve(places, a, b),
    },
  };
};

// What is drawn now: which layout, which lines.
const draw = (wanted) => {
  const layout = data.maps[wanted.coupled ? 1 : 0];
  const places = new Map(layout.functions.map(([number, x, y]) => [number, [x, y]]));
  const isPlaced = (a, b) => places.has(a) && places.has(b);
  const lines = [
    ...wanted.couplings.filter((number) => isPlaced(data.couplings[number].a, data.couplings[number].b)).map(couplingElement(places)),
    ...wanted.links.filter((number) => isPlaced(data.links[number][1], data.links[number][2])).map(linkElement(places)),
  ];
  map.batch(() => {
    if (map.scratch("coupled") !== wanted.coupled) {
      map.elements().remove();
      map.add([...areaElements(layout), ...functionElements(layout)]);
      map.scratch("coupled", wanted.coupled);
    } else {
      map.edges().remove();
    }
    map.add(lines);
    // Thousands of functions: only those are touched that change.
    map.nodes(".function").forEach((node) => {
      const isFaint = !wanted.isWanted(node.data("number"));
      if (isFaint !== node.hasClass("faint")) node.toggleClass("faint", isFaint);
    });
  });
  mark();
  return lines.length;
};

let chosen = null;

// Shows on the map what is chosen, and what belongs to it.
const mark = () => {
  map.batch(() => {
    map.elements(".chosen, .near").removeClass("chosen near");
    if (chosen === null) return;
    const one = map.getElementById(chosen);
    one.addClass("chosen");
    const around = one.isNode() ? one.connectedEdges().add(one.neighborhood("node")) : one.connectedNodes();
    around.addClass("near");
  });
};

const startMap = () => {
  const container = byId("graph");
  map = cytoscape({
    container,
    style: styleOfMap(),
    layout: { name: "preset" },
    minZoom: 0.03,
    maxZoom: 3,
    autoungrabify: true,
    boxSelectionEnabled: false,
    selectionType: "single",
    hideEdgesOnViewport: data.functions.length > 400,
    textureOnViewport: data.functions.length > 400,
    pixelRatio: "auto",
  });
  map.on("tap", "node.function", (event) => chooseFunction(event.target.data("number"), { from: "map" }));
  map.on("tap", "edge", (event) => {
    const { number, link } = event.target.data();
    if (number === undefined) chooseLink(link);
    else chooseCoupling(number);
  });
  map.on("mouseover", "node.function", (event) => {
    container.title = data.functions[event.target.data("number")].name;
  });
  map.on("mouseout", "node.function", () => {
    container.title = "";
  });
  whenColoursChange.push(() => map.style(styleOfMap()));
  window.addEventListener("beforeprint", () => {
    root.dataset.before = root.dataset.theme ?? "";
    root.dataset.theme = "light";
    map.style(styleOfMap());
    map.resize();
  });
  window.addEventListener("afterprint", () => {
    if (root.dataset.before) root.dataset.theme = root.dataset.before;
    else delete root.dataset.theme;
    map.style(styleOfMap());
    map.resize();
  });
};

// As large as the canvas allows, and no larger than is comfortable.
const fit = () => {
  // The boxes are known: to ask the map for its bounds would measure every label first.
  const areas = data.maps[map.scratch("coupled") ? 1 : 0].areas.map(([, , place]) => place);
  if (!areas.length) return;
  const [right, bottom] = [Math.max(...areas.map(([x, , w]) => x + w)), Math.max(...areas.map(([, y, , h]) => y + h))];
  const [width, height] = [map.width(), map.height()];
  const zoom = Math.max(0.03, Math.min(1.2, (width - 48) / right, (height - 48) / bottom));
  map.viewport({ zoom, pan: { x: (width - zoom * right) / 2, y: (height - zoom * bottom) / 2 } });
};

const closer = (by) =>
  map.zoom({ level: map.zoom() * by, renderedPosition: { x: map.width() / 2, y: map.height() / 2 } });
