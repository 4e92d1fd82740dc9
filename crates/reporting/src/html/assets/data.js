// What the page knows, from its block of JSON: names, sentences and commits are referred to by number.
const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];

// Per function: the numbers of its couplings, of its other lines, and of the findings about it.
const per = () => data.functions.map(() => []);
const couplingsOf = per();
const linksOf = per();
const findingsOf = per();
data.couplings.forEach(({ a, b }, number) => [a, b].forEach((one) => couplingsOf[one].push(number)));
data.links.forEach(([, a, b], number) => [a, b].forEach((one) => linksOf[one].push(number)));
data.findings.forEach(([, , , functions], number) => functions.forEach((one) => findingsOf[one].push(number)));

const strength = (coupling) => Math.max(coupling.ab[0], coupling.ba[0]);
const share = (value) => value.toFixed(2).replace(/^0/, "");

// The changesets that edit both functions, oldest first.
const joint = (a, b) => {
  const others = new Set(data.functions[b].commits);
  return data.functions[a].commits.filter((commit) => others.has(commit));
};

const couplingBetween = (a, b) =>
  couplingsOf[a].find((number) => data.couplings[number].a === b || data.couplings[number].b === b);

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
