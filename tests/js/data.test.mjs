// The rows of a draft and the edits on their way, against a real server that answers as it is told.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";

import { Data, Failed } from "../../muster/static/js/grid/data.js";

globalThis.document = { cookie: "csrftoken=secret", querySelector: () => null }; // what a browser would have

const rows = (first, count) => Array.from({ length: count }, (_, place) => ({ n: first + place + 2, v: ["a", "b"], e: {}, b: {} }));

function state(more = {}) {
  const list = { rev: "list-1", total: 250, title: "All", show: "all", gone: 0, joined: 0 };
  return { list, rev: 1, v: "one-1", step: 1, shape: "s", problems: [0, 0], rows: [], undo: null, ...more };
}

// `answer(method, path, query, body)` gives [status, JSON, headers].
async function serve(t, answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { pathname, searchParams } = new URL(request.url, "http://here");
    const query = Object.fromEntries(searchParams), sent = body && JSON.parse(body);
    asked.push({ method: request.method, path: pathname, query, body: sent, token: request.headers["x-csrftoken"] });
    const [status, said, headers = {}] = await answer(request.method, pathname, query, sent);
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(said));
  });
  await new Promise((ready) => { server.listen(0, "127.0.0.1", ready); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  const data = new Data(`http://127.0.0.1:${server.address().port}/grid/`, { show: "all", code: "", field: "" }, "list-1");
  return { data, asked };
}

const told = (data, name) => new Promise((done) => { data.addEventListener(name, (event) => done(event.detail), { once: true }); });

async function started(t, answer) {
  const made = await serve(t, (method, path, query, body) => (path === "/grid/" ? [200, state({ columns: [{ header: "A" }, { header: "B" }] })] : answer(method, path, query, body)));
  await made.data.start();
  return made;
}

test("it asks once for the rows in sight, and tells when they have come", async (t) => {
  const { data, asked } = await started(t, (method, path, query) => [200, { list: "list-1", v: "one-1", rows: rows(Number(query.offset), Number(query.limit)) }]);
  const come = told(data, "rows");
  data.need(0, 30);
  data.need(100, 130);
  await come;
  assert.deepEqual(asked.filter(({ path }) => path === "/grid/rows").map(({ query }) => query.offset), ["100"]);
  assert.deepEqual([data.row(105).n, data.row(5)], [107, undefined]);
});

test("rows that were read before the last step are asked for again", async (t) => {
  const versions = ["one-0", "one-0", "one-1"];
  const { data, asked } = await started(t, () => [200, { list: "list-1", v: versions.shift(), rows: rows(0, 100) }]);
  const come = told(data, "rows");
  data.need(0, 30);
  await come;
  assert.equal(asked.filter(({ path }) => path === "/grid/rows").length, 3);
});

test("what was typed is shown at once, and is the server's once it is saved", async (t) => {
  const saved = { ...rows(0, 1)[0], v: ["typed", "b"] };
  const { data, asked } = await started(t, (method, path) => (path === "/grid/rows" ? [200, { list: "list-1", v: "one-1", rows: rows(0, 100) }] : [200, state({ rows: [saved], v: "one-2" })]));
  const come = told(data, "rows");
  data.need(0, 30);
  await come;
  const saving = data.save([[2, 0, "typed"]], { part: "cells", cells: [[2, 0, "typed"]], how: "edit" });
  assert.deepEqual([data.value(data.row(0), 0), data.pending.get("2:0").state, data.waiting], ["typed", "saving", 1]);
  await saving;
  assert.deepEqual([data.value(data.row(0), 0), data.pending.size, data.waiting], ["typed", 0, 0]);
  const sent = asked.at(-1);
  assert.deepEqual([sent.method, sent.path, sent.token, sent.body.how], ["PATCH", "/grid/cells", "secret", "edit"]);
});

test("edits are saved one after the other, each knowing what the one before came to", async (t) => {
  let version = 1;
  const { data, asked } = await started(t, () => { version += 1; return [200, state({ v: `one-${version}` })]; });
  await Promise.all([data.save([[2, 0, "x"]], null), data.save([[3, 0, "y"]], null)]);
  assert.deepEqual(asked.slice(1).map(({ body }) => [body.v, body.cells]), [["one-1", [[2, 0, "x"]]], ["one-2", [[3, 0, "y"]]]]);
});

test("an edit that the server refuses is taken back, with its sentence", async (t) => {
  const { data } = await started(t, () => [422, { problem: "Not this one." }]);
  await assert.rejects(data.save([[2, 0, "x"]], null), { message: "Not this one.", status: 422 });
  assert.deepEqual([data.pending.size, data.failed.length], [0, 0]);
});

test("an edit that could not be saved stays, and is sent again when asked", async (t) => {
  const answers = [[500, {}], [200, state({ v: "one-2" })]];
  const { data, asked } = await started(t, () => answers.shift());
  await assert.rejects(data.save([[2, 0, "x"]], null), Failed);
  assert.deepEqual([data.pending.get("2:0"), data.failed.length].map((each) => each.state ?? each), ["failed", 1]);
  await data.retry();
  assert.deepEqual([data.pending.size, data.failed.length, asked.length], [0, 0, 3]);
});

test("it waits and asks again where the server says that it was too fast", async (t) => {
  const answers = [[429, {}, { "Retry-After": "0" }], [429, {}, { "Retry-After": "0" }], [200, { count: 3 }]];
  const { data } = await started(t, () => answers.shift());
  assert.deepEqual(await data.ask("find"), { count: 3 });
});

test("what may have been done is not asked for again by itself", async (t) => {
  const { data, asked } = await started(t, () => [503, { problem: "It may have been saved." }]);
  await assert.rejects(data.op({ op: "undo" }), { message: "It may have been saved.", status: 503 });
  assert.equal(asked.length, 2);
});

test("a step says that it is on its way as soon as it is begun", async (t) => {
  const { data } = await started(t, () => [200, state({ v: "one-2" })]);
  const begun = told(data, "change");
  const undone = data.op({ op: "undo" });
  assert.equal(data.waiting, 1);
  await begun;
  assert.equal(data.waiting, 1);
  await undone;
  assert.equal(data.waiting, 0);
});

test("a look at the draft that a step overtook is not taken", async (t) => {
  let answerLook;
  const { data } = await serve(t, (method) => {
    if (method === "POST") return [200, state({ rev: 3, v: "one-3", step: 3 })];
    return data.state ? new Promise((answer) => { answerLook = () => answer([200, state({ rev: 2, v: "one-2", step: 2 })]); }) : [200, state({ columns: [] })];
  });
  await data.start();
  const look = data.refresh();
  await data.op({ op: "redo" });
  answerLook();
  await look;
  assert.equal(data.state.v, "one-3");
});

test("a list is pressed in its turn, and steps after it know of it", async (t) => {
  const { data, asked } = await started(t, () => [200, state({ v: "one-2" })]);
  await Promise.all([data.op({ op: "undo" }), data.press({ show: "problems", code: "", field: "" }), data.op({ op: "redo" })]);
  assert.deepEqual(asked.slice(1).map(({ query, body }) => [body.op ?? "press", (body || query).show]), [["undo", "all"], ["press", "problems"], ["redo", "problems"]]);
});

test("a draft of another shape is stale, and nothing of it is taken", async (t) => {
  const { data } = await started(t, () => [200, state({ shape: "other", v: "two-1" })]);
  const stale = told(data, "stale");
  await data.op({ op: "undo" });
  await stale;
  assert.equal(data.state.v, "one-1");
});

test("an answer that leads elsewhere is not followed: it is a failure", async (t) => {
  const { data, asked } = await started(t, () => [302, {}, { Location: "/sign-in/" }]);
  await assert.rejects(data.ask("find"), Failed);
  assert.equal(asked.length, 2);
});

test("rows to copy are those in hand, and the others in windows", async (t) => {
  const { data, asked } = await started(t, (method, path, query) => [200, { list: "list-1", v: "one-1", rows: rows(Number(query.offset), Math.min(Number(query.limit), 250 - Number(query.offset))) }]);
  const come = told(data, "rows");
  data.need(0, 30);
  await come;
  const found = await data.range(90, 249);
  assert.deepEqual([found.length, found[0].n, found.at(-1).n, asked.at(-1).query.offset], [160, 92, 251, "100"]);
  assert.deepEqual([data.has(0, 99), data.has(0, 100)], [true, false]);
});
