// Draws the rows that can be seen.

export class Grid {
  constructor(place) {
    this.place = place;
    this.address = place.dataset.importGrid;
  }

  async start() {
    const { show, code, field } = this.place.dataset;
    const query = new URLSearchParams({ offset: 0, limit: 100, show, code, field });
    const answer = await fetch(`${this.address}rows?${query}`, { headers: { Accept: "application/json" } });
    this.place.dataset.ready = String((await answer.json()).rows.length);
  }
}
