// What the map shows, as the form above it says.
const controls = {};

const start = () => ({ strength: data.threshold, coupled: data.start_coupled });

const fill = (select, names) => {
  const order = names.map((name, number) => [name, number]).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0));
  select.append(...order.map(([name, number]) => element("option", { value: String(number) }, name)));
};

// Whether two functions changed together within the quarters that are chosen. All of them is no question.
const isInTime = (coupling, since, until) => {
  if (since <= 0 && until >= data.quarters.length - 1) return true;
  return joint(coupling.a, coupling.b).some((commit) => {
    const quarter = data.commits[commit][2];
    return since <= quarter && quarter <= until;
  });
};

const inRule = (rule) => {
  const pairs = data.findings.filter(([of]) => of === rule).map(([, , , functions]) => new Set(functions));
  return {
    both: (a, b) => pairs.some((functions) => functions.has(a) && functions.has(b)),
    one: (number) => pairs.some((functions) => functions.has(number)),
  };
};

const chosenNumber = (select) => (select.value === "" ? null : Number(select.value));

const wantedNow = () => {
  const kinds = new Set([...document.querySelectorAll("#filters [name=kind]:checked")].map((box) => box.value));
  const atLeast = Number(controls.strength.value);
  const [service, owner, rule] = [controls.service, controls.owner, controls.rule].map(chosenNumber);
  const [since, until] = [Number(controls.since.value || 0), Number(controls.until.value || 0)];
  const ruled = rule === null ? null : inRule(rule);
  const isOf = (number) => {
    const one = data.functions[number];
    return (service === null || one.service === service) && (owner === null || (one.owners ?? []).includes(owner));
  };
  const isPair = (a, b) => (isOf(a) || isOf(b)) && (!ruled || ruled.both(a, b));
  const isTimeChosen = since > 0 || until < data.quarters.length - 1;
  const couplings = kinds.has("co-change")
    ? data.couplings
        .map((coupling, number) => [coupling, number])
        .filter(([coupling]) => strength(coupling) >= atLeast && isPair(coupling.a, coupling.b) && isInTime(coupling, since, until))
        .map(([, number]) => number)
    : [];
  // Other lines know no time: they are as manifests and code are today.
  const links = isTimeChosen
    ? []
    : data.links.map((_, number) => number).filter((number) => kinds.has(data.kinds[data.links[number][0]]) && isPair(data.links[number][1], data.links[number][2]));
  return {
    couplings,
    links,
    coupled: controls.coupled.checked,
    isWanted: (number) => isOf(number) && (!ruled || ruled.one(number)),
    isTimeChosen,
  };
};

const showCounts = (wanted, lines) => {
  const all = data.maps[wanted.coupled ? 1 : 0].functions.length;
  const parts = [`${count(lines, "line")} between ${count(all, "function")}`];
  if (wanted.coupled && all < data.functions.length) parts.push(`${data.functions.length - all} functions without a line of co-change are not on this map`);
  if (wanted.isTimeChosen) parts.push("only co-change has a time, so other lines are not drawn");
  const weaker = data.left_out.couplings;
  if (weaker) parts.push(`${weaker} weaker couplings are left out of this page`);
  byId("shown").textContent = `${parts.join(" · ")}.`;
};

let isCoupledDrawn = null;

const refresh = () => {
  controls.strengthShown.textContent = share(Number(controls.strength.value));
  const wanted = wantedNow();
  const lines = draw(wanted);
  showCounts(wanted, lines);
  if (isCoupledDrawn !== wanted.coupled) fit();
  isCoupledDrawn = wanted.coupled;
};

const setToStart = () => {
  const { strength: atLeast, coupled } = start();
  controls.strength.value = String(atLeast);
  controls.coupled.checked = coupled;
  if (data.quarters.length) {
    controls.since.value = "0";
    controls.until.value = String(data.quarters.length - 1);
  }
};

const startFilters = () => {
  for (const name of ["strength", "service", "rule", "owner", "since", "until", "coupled"]) controls[name] = byId(name);
  controls.strengthShown = byId("strength-shown");
  controls.strength.min = String(data.weakest);
  fill(controls.service, data.services);
  fill(controls.rule, data.rules);
  fill(controls.owner, data.owners);
  controls.owner.parentElement.hidden = data.owners.length === 0;
  const quarters = () => data.quarters.map((name, number) => element("option", { value: String(number) }, name));
  controls.since.append(...quarters());
  controls.until.append(...quarters());
  const number = { "co-change": data.couplings.length };
  data.links.forEach(([kind]) => (number[data.kinds[kind]] = (number[data.kinds[kind]] ?? 0) + 1));
  document.querySelectorAll("[data-count]").forEach((place) => {
    place.textContent = String(number[place.dataset.count] ?? 0);
  });
  setToStart();
  const form = byId("filters");
  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    form.querySelectorAll("select").forEach((select) => (select.selectedIndex = 0));
    form.querySelectorAll("[name=kind]").forEach((box) => (box.checked = box.value === "co-change"));
    setToStart();
    refresh();
    fit();
  });
  byId("fit").addEventListener("click", fit);
  byId("closer").addEventListener("click", () => closer(1.35));
  byId("farther").addEventListener("click", () => closer(1 / 1.35));
};
