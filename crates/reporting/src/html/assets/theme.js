// Light and dark: as the system says, unless the reader says otherwise.
const root = document.documentElement;
const darkWanted = window.matchMedia("(prefers-color-scheme: dark)");

const remembered = () => {
  try {
    return localStorage.getItem("lockstep-theme");
  } catch {
    return null;
  }
};

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : darkWanted.matches);

// Called with nothing whenever the colours change.
const whenColoursChange = [];

const startTheme = () => {
  const button = document.getElementById("theme");
  const show = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    whenColoursChange.forEach((tell) => tell());
  };
  const kept = remembered();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("lockstep-theme", root.dataset.theme);
    } catch {
      // A page from a disk may keep nothing: the choice holds as long as the page is open.
    }
    show();
  });
  darkWanted.addEventListener("change", show);
  show();
};
