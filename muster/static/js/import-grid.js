// The grid on the Review page: takes the place of the table where there is room for one. Phones keep the cards.

import { Grid } from "./import-grid-view.js";

const place = document.querySelector("[data-import-grid]");
const isWide = window.matchMedia("(min-width: 700px)");

if (place && isWide.matches) new Grid(place).start();
