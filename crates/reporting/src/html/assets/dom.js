// Elements, made of text and of other elements; never of markup.
const element = (name, properties = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key === "click") made.addEventListener("click", value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const SVG = "http://www.w3.org/2000/svg";
const drawn = (name, properties, ...children) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// A sentence in which names stand between backticks.
const prose = (sentence) => {
  const parts = sentence.split("`");
  if (parts.length % 2 === 0) return [sentence];
  return parts.map((part, number) => (number % 2 ? element("code", {}, part) : part));
};

const badge = (answer) => element("span", { class: `badge ${answer}`, "aria-hidden": "true" });
const byId = (id) => document.getElementById(id);
