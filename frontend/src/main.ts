import { mount } from "svelte";

import App from "./App.svelte";
import { preferences } from "./preferences.svelte";
import "./styles.css";

const dark = matchMedia("(prefers-color-scheme: dark)");

function paintTheme(): void {
  const { theme, textSize } = preferences.now;
  document.documentElement.dataset["theme"] = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset["text"] = textSize;
}

dark.addEventListener("change", paintTheme);
preferences.onchange = paintTheme;
paintTheme();
mount(App, { target: document.getElementById("app")! });
