// Loaded before every TypeScript program of package.json's scripts, with `node --require`. Plain JavaScript that every version of Node reads: an old
// one stops at the first type of a program, and its message does not say why.
"use strict";

const path = require("path");

const { engines } = require("../package.json");
const wanted = engines.node.replace(/^>=/, "").split(".").map(Number);
const actual = process.versions.node.split(".").map(Number);

if (actual[0] < wanted[0] || (actual[0] === wanted[0] && actual[1] < wanted[1])) {
  console.error(
    "florence-edge needs Node " +
      wanted.join(".") +
      " or newer; this is " +
      process.versions.node +
      ". Install it from https://nodejs.org.",
  );
  process.exit(1);
}

// Keeps compiled code between starts, where npm ci removes it. If the folder cannot be written, nothing is kept.
require("module").enableCompileCache(path.join(__dirname, "../node_modules/.cache/florence-edge"));
