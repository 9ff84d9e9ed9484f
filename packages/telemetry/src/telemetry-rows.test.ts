import assert from "node:assert/strict";
import { test } from "node:test";
import { createRowReader } from "./telemetry-rows.ts";

function csv(header: string) {
  const { read, header: isHeader } = createRowReader(header);
  assert.ok(isHeader);
  return read;
}

/** The field that a line is refused for. */
function refusedField(read: (text: string) => unknown, line: string): string | undefined {
  try {
    read(line);
  } catch (thrown) {
    return (thrown as { field?: string }).field?.replace(/^reading\./, "");
  }
  return undefined;
}

test("cells are numbers, flags or texts by their look; empty ones are absent", () => {
  const read = csv("temperature,power,door,label,subject");
  assert.deepEqual(read('85.5, -1e3 ,TRUE,"a, ""b""",7').reading, {
    temperature: 85.5,
    power: -1_000,
    door: true,
    label: 'a, "b"',
    subject: "7",
  });
  assert.deepEqual(read("1,,,,").reading, { temperature: 1 });
});

test("non-finite, mistyped, missing and surplus cells are refused by name", () => {
  const read = csv("temperature,voltage,label");
  read("1,2,x");
  assert.equal(refusedField(read, "NaN,2,x"), "temperature");
  assert.equal(refusedField(read, "1,Infinity,x"), "voltage");
  assert.equal(refusedField(read, "1,1e999,x"), "voltage");
  assert.equal(refusedField(read, "hot,2,x"), "temperature");
  assert.equal(refusedField(read, "1,high,x"), "voltage", "numbers so far");
  assert.equal(refusedField(read, "1,2"), "label");
  assert.equal(refusedField(read, "1,2,x,4"), "column 4");
  assert.equal(refusedField(read, '1,2,"x'), "line");
  assert.equal(refusedField(read, ",,"), "reading");
  assert.deepEqual(read("1,2,nan").reading["label"], "nan", "a text is a text");
});

test("a name that the rules compare with numbers holds numbers from the first line on", () => {
  const read = csv("temperature,label");
  assert.equal(refusedField(read, "broken,x"), "temperature");
  assert.equal(read("85,x").reading["temperature"], 85);
});

test("a refused line teaches nothing", () => {
  const read = csv("a,b");
  assert.equal(refusedField(read, "text,NaN"), "b");
  assert.equal(read("1,2").reading["a"], 1);
});

test("the first of timestamp, ts, time is the instant and no reading", () => {
  const read = csv("time,ts,temperature");
  const row = read("5,1700000000,20");
  assert.equal(row.atMs, 1_700_000_000_000);
  assert.deepEqual(row.reading, { time: 5, temperature: 20 });
  assert.equal(refusedField(read, "5,,20"), "ts");
  assert.equal(csv("temperature")("20").atMs, undefined);
});

test("a wrong header is refused by its column", () => {
  const fieldOf = (header: string) => refusedField(() => createRowReader(header), header);
  assert.equal(fieldOf("temperature,Temp °C"), "column 2");
  assert.equal(fieldOf("a,b,a"), "column 3");
  assert.equal(fieldOf("85,900"), "column 1");
  assert.equal(fieldOf("temperature,"), "column 2");
  assert.equal(fieldOf("temperature;power"), "column 1");
  assert.equal(fieldOf("timestamp,subject"), "header");
  assert.equal(fieldOf('[{"temperature":85}]'), "line 1");
});

test("NDJSON: values keep their JSON types, and a change of type is refused", () => {
  const { read, header } = createRowReader('{"temperature":85}');
  assert.equal(header, false);
  assert.deepEqual(read('{"temperature":85,"label":"x","ok":true,"subject":"rack-7","ts":1700000000}'), {
    reading: { temperature: 85, label: "x", ok: true, subject: "rack-7" },
    atMs: 1_700_000_000_000,
  });
  assert.equal(refusedField(read, '{"temperature":"85"}'), "temperature");
  assert.equal(refusedField(read, '{"temperature":null}'), "temperature");
  assert.equal(refusedField(read, '{"label":5}'), "label");
  assert.equal(refusedField(read, '{"nested":{"a":1}}'), "nested");
  assert.equal(refusedField(read, '{"__proto__":1}'), "__proto__");
  assert.equal(refusedField(read, '{"Temperature":1}'), "Temperature");
  assert.equal(refusedField(read, '{"temperature":8'), "line");
  assert.equal(refusedField(read, "[1]"), "line");
  assert.equal(refusedField(read, "{}"), "reading");
  assert.equal(refusedField(read, '{"ts":"soon","temperature":1}'), "ts");
});
