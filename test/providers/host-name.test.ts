import fc from "fast-check";
import { expect, test } from "vitest";

import { hostNameOf, mayBeAt, portOf } from "../../src/providers/host-name.ts";

const OURS = "api.example.com";
const isOurs = (host: string) => host === OURS;

test.each([
  "https://api.example.com",
  "https://api.example.com/",
  "https://api.example.com/v1?key=a#b",
  "https://api.example.com?key=a",
  "http://api.example.com:8080/v1",
  "HTTPS://API.Example.COM/v1",
  "https://api.example.com./v1", // a full name ends in a dot
  "https://me:secret@api.example.com/v1",
  "https://other.com@api.example.com/v1",
  "https://%61pi.example.com/v1",
  "https://ａpi.example.com/v1", // a wide a, which a parser makes plain
  "https://api\t.example.com/v1",
  "ht\ntps://api.example.com/v1",
  "  https://api.example.com/v1",
  "https:/api.example.com/v1",
  "https:api.example.com/v1",
  "https:\\\\api.example.com\\v1",
])("never says no to one of ours: %j", (url) => {
  expect(hostNameOf(new URL(url))).toBe(OURS); // a parser, and so fetch, goes there
  expect(mayBeAt(url, isOurs)).toBe(true);
});

test.each([
  "https://example.com/",
  "https://other.com/api.example.com",
  "https://other.com/?u=https://api.example.com",
  "https://api.example.com.evil.org/",
  "https://notapi.example.com:443/",
  "http://localhost:3000/api",
  "data:application/json,api.example.com",
  "blob:https://api.example.com/1",
])("turns a stranger away without parsing it: %j", (url) => {
  expect(mayBeAt(url, isOurs)).toBe(false);
});

test("a number is an address in more than one spelling, so it takes a parser", () => {
  for (const url of ["http://127.1:80/", "http://0x7f000001/", "http://2130706433/"]) {
    expect(new URL(url).hostname).toBe("127.0.0.1");
    expect(mayBeAt(url, (host) => host === "127.0.0.1")).toBe(true);
  }
});

test("no is only said of what a parser takes elsewhere", () => {
  const noise = fc.constantFrom(
    "",
    " ",
    "\t",
    "/",
    "//",
    "\\",
    "@",
    "me@",
    ":",
    ":80",
    "%61",
    ".",
    "?",
    "#",
  );
  const url = fc
    .tuple(
      fc.constantFrom("https:", "HTTP:", "http:"),
      noise,
      noise,
      fc.constantFrom(OURS, "pi.example.com"),
      noise,
      noise,
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(url, (text) => {
      fc.pre(URL.canParse(text) && isOurs(hostNameOf(new URL(text))));
      expect(mayBeAt(text, isOurs)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["https://h/", 443],
  ["http://h/", 80],
  ["http://h:8080/", 8_080],
])("%s is at port %i", (url, port) => {
  expect(portOf(new URL(url))).toBe(port);
});
