// The panel: the verdict on a function, the case of two, what joins them. Made when it is asked for.
const COMMITS = 15;
const PAIRS = 12;
const TICKS = { h: ["✓", "holds"], f: ["✗", "does not hold"], u: ["?", "unknown"], n: ["·", "not checked"] };
const TICK_CLASSES = { h: "holds", f: "fails", u: "unknown", n: "not-checked" };

const showPanel = (...content) => {
  const panel = byId("panel");
  panel.replaceChildren(...content.filter(Boolean));
  panel.scrollTop = 0;
};

const functionButton = (number, label = data.functions[number].name) =>
  element("button", { type: "button", class: "link", click: () => chooseFunction(number, { from: "panel" }) }, label);

// Bars by quarter: of both above the line, of one below it.
const timeline = (both, single) => {
  const quarters = data.quarters.length;
  if (!quarters) return null;
  const sums = (commits) => {
    const sums = new Array(quarters).fill(0);
    commits.forEach((commit) => (sums[data.commits[commit][2]] += 1));
    return sums;
  };
  const [up, down] = [sums(both), sums(single)];
  const start = up.findIndex((sum, number) => sum + down[number] > 0);
  if (start < 0) return null;
  const [width, height] = [320, 56];
  const most = Math.max(...up, ...down);
  const step = width / (quarters - start);
  const thick = Math.min(14, Math.max(1, step - 1.5));
  const bar = (name, number, sum, isUp) => {
    const tall = Math.max(2, (sum / most) * (height / 2 - 2));
    const x = (number - start) * step + (step - thick) / 2;
    return drawn("rect", { class: name, x, width: thick, height: tall, y: isUp ? height / 2 - 1 - tall : height / 2 + 1 });
  };
  const bars = [];
  for (let number = start; number < quarters; number += 1) {
    if (up[number]) bars.push(bar("joint", number, up[number], true));
    if (down[number]) bars.push(bar("alone", number, down[number], false));
  }
  const picture = drawn("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "img" });
  picture.setAttribute("aria-label", `${both.length} changes of both and ${single.length} of one, ${data.quarters[start]} to ${data.quarters[quarters - 1]}`);
  picture.append(...bars, drawn("path", { class: "axis", d: `M0 ${height / 2}H${width}` }));
  return element("div", {}, picture, element("p", { class: "hint" }, `${data.quarters[start]} to ${data.quarters[quarters - 1]}`));
};

const commitList = (commits) => {
  const list = element("ul", { class: "commits" });
  const line = (number) => {
    const [id, day, , subject, author] = data.commits[number];
    const said = subject === null ? "(the subject of an older commit is left out)" : text(subject);
    return element("li", {}, said, element("div", { class: "meta" }, element("code", {}, id), ` ${day} `, text(author)));
  };
  const newest = [...commits].reverse();
  list.append(...newest.slice(0, COMMITS).map(line));
  if (newest.length > COMMITS) {
    const rest = element("li", {});
    const show = () => {
      rest.replaceWith(...newest.slice(COMMITS).map(line));
    };
    rest.append(element("button", { type: "button", class: "link", click: show }, `show ${newest.length - COMMITS} more`));
    list.append(rest);
  }
  return list;
};

const heading = (words) => element("h4", {}, words);

const checklist = (number) => {
  const { ticks, evidence = [] } = data.functions[number];
  const lines = [...ticks].map((tick, line) => {
    const [sign, word] = TICKS[tick];
    const why = evidence.filter(([of]) => of === line).map(([, piece]) => element("div", { class: "why" }, ...prose(text(piece))));
    return element(
      "li",
      {},
      element("span", { class: `tick ${TICK_CLASSES[tick]}` }, element("span", { "aria-hidden": "true" }, sign), element("span", { class: "sr" }, word)),
      element("span", {}, data.criteria[line]),
      ...why,
    );
  });
  return element("ul", { class: "ticks" }, ...lines);
};

const couplingList = (number) => {
  const other = (coupling) => (coupling.a === number ? coupling.b : coupling.a);
  const towards = (coupling) => (coupling.a === number ? coupling.ab : coupling.ba);
  const all = couplingsOf[number].map((at) => [at, data.couplings[at]]);
  all.sort(([, x], [, y]) => towards(y)[0] - towards(x)[0]);
  const row = ([at, coupling]) =>
    element(
      "li",
      {},
      element("span", {}, share(towards(coupling)[0])),
      element("button", { type: "button", click: () => chooseCoupling(at) }, data.functions[other(coupling)].name),
    );
  const list = element("ul", { class: "rows" }, ...all.slice(0, PAIRS).map(row));
  if (all.length > PAIRS) list.append(element("li", {}, "", element("span", { class: "hint" }, `and ${all.length - PAIRS} more`)));
  return list;
};

const linkList = (numbers, number) => {
  const row = (at) => {
    const [kind, a, b, isDirected, names, things] = data.links[at];
    const other = a === number ? b : a;
    const way = isDirected ? (a === number ? "to" : "from") : "with";
    const rest = things > names.length ? ` and ${things - names.length} more` : "";
    const what = data.kinds[kind] === "call" ? "" : `: ${names.map(text).join(", ")}${rest}`;
    return element("li", {}, `${data.kinds[kind]} ${way} `, functionButton(other), what);
  };
  const list = element("ul", {}, ...numbers.slice(0, PAIRS).map(row));
  if (numbers.length > PAIRS) list.append(element("li", { class: "hint" }, `and ${numbers.length - PAIRS} more`));
  return list;
};

const findingList = (numbers) => {
  const row = (at) => {
    const [rule, severity, message] = data.findings[at];
    const link = byId(`finding-${at}`) ? element("a", { href: `#finding-${at}` }, data.rules[rule]) : element("code", {}, data.rules[rule]);
    return element("li", {}, element("span", { class: `severity ${severity}` }, severity), " ", link, ": ", ...prose(text(message)));
  };
  return element("ul", { class: "plain" }, ...numbers.map(row));
};

const functionPanel = (number) => {
  const one = data.functions[number];
  const owners = (one.owners ?? []).map((owner) => data.owners[owner]);
  const facts = element(
    "p",
    { class: "fact" },
    element("span", {}, element("b", {}, String(one.changes)), " edits of its own code"),
    element("span", {}, element("b", {}, String(one.deployments)), " deployments"),
    element("span", {}, "service ", element("b", {}, data.services[one.service])),
    owners.length ? element("span", {}, "owners ", element("b", {}, owners.join(", "))) : null,
  );
  const some = (numbers, words, list) => (numbers.length ? [heading(words), list(numbers)] : []);
  showPanel(
    element("h3", {}, one.name),
    element("p", { class: "says" }, badge(one.answer), ...prose(text(one.says))),
    facts,
    one.place === undefined ? null : element("p", { class: "hint" }, "declared at ", element("code", {}, text(one.place))),
    heading("Is it a microservice of its own?"),
    checklist(number),
    ...some(couplingsOf[number], "How often others change when it does", () => couplingList(number)),
    ...some(linksOf[number], "What joins it with others", (numbers) => linkList(numbers, number)),
    ...some(findingsOf[number], "Findings about it", findingList),
    one.commits.length ? heading("Changes by quarter") : null,
    timeline([], one.commits),
    one.commits.length ? heading(`Changesets that edit it (${one.commits.length})`) : null,
    commitList(one.commits),
  );
};

const directions = (coupling) => {
  const names = [coupling.a, coupling.b].map((number) => data.functions[number].name);
  const row = (from, to, [value, lower, free]) =>
    element("tr", {}, element("th", { scope: "row" }, `${from} → ${to}`), ...[value, lower, free].map((one) => element("td", {}, share(one))));
  const head = ["", "strength", "at least", "without contracts"].map((word) => element(word ? "th" : "td", word ? { scope: "col" } : {}, word));
  return element(
    "table",
    {},
    element("caption", { class: "sr" }, `How often ${names[1]} (B) changes when ${names[0]} (A) does, and the other way round`),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, row("A", "B", coupling.ab), row("B", "A", coupling.ba)),
  );
};

const pairTitle = (a, b) =>
  element("h3", {}, element("span", { class: "and" }, "A "), functionButton(a), element("br"), element("span", { class: "and" }, "B "), functionButton(b));

const couplingPanel = (number) => {
  const coupling = data.couplings[number];
  const { a, b } = coupling;
  const both = joint(a, b);
  const together = new Set(both);
  const alone = [a, b].map((one) => data.functions[one].commits.filter((commit) => !together.has(commit)));
  const about = findingsOf[a].filter((finding) => findingsOf[b].includes(finding));
  const links = linksOf[a].filter((link) => linksOf[b].includes(link));
  const q = coupling.q < 0.001 ? "q < .001" : `q ${coupling.q.toFixed(3).replace(/^0/, "")}`;
  const chance = coupling.specific
    ? `habits alone would give ${share(coupling.expected)} joint changes (${q})`
    : `no more than busy functions do by chance: habits would give ${share(coupling.expected)} joint changes (${q})`;
  showPanel(
    pairTitle(a, b),
    directions(coupling),
    element(
      "p",
      { class: "fact" },
      element("span", {}, element("b", {}, String(coupling.support)), " edits of both"),
      element("span", {}, element("b", {}, String(coupling.shared)), " more through shared code"),
    ),
    element("p", {}, `${coupling.specific ? "Specific" : "Diffuse"}: ${chance}.`),
    element("p", {}, `A changed ${alone[0].length} times without B, B ${alone[1].length} times without A.`),
    heading("Explained by"),
    coupling.why.length
      ? element("ul", { class: "plain" }, ...coupling.why.map((piece) => element("li", {}, ...prose(text(piece)))))
      : element("p", {}, "nothing in code or manifests"),
    ...(links.length ? [heading("Joined by"), linkList(links, a)] : []),
    ...(about.length ? [heading("Findings about both"), findingList(about)] : []),
    heading("In time: of both above, of one below"),
    timeline(both, [...alone[0], ...alone[1]]),
    heading(`Changesets that edit both (${both.length})`),
    commitList(both),
  );
};

const linkPanel = (number) => {
  const [, a, b] = data.links[number];
  const coupling = couplingBetween(a, b);
  const links = linksOf[a].filter((link) => linksOf[b].includes(link));
  const show = () => chooseCoupling(coupling);
  showPanel(
    pairTitle(a, b),
    heading("Joined by"),
    linkList(links, a),
    heading("Together"),
    coupling === undefined
      ? element("p", {}, `${count(joint(a, b).length, "changeset")} edit both; their coupling is not among those that the page shows.`)
      : element("p", {}, element("button", { type: "button", class: "link", click: show }, "the case of the two")),
  );
};
