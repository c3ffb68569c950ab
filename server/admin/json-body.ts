import express from "express";
import { empty, isJson } from "./answers.ts";

/** The parser of JSON bodies. What is no JSON becomes an error with status 400. */
export const parseJson = express.json({
  limit: "32mb",
  strict: false,
  type: isJson,
  verify(request, _response, bytes) {
    if (bytes.length === 0) empty.add(request);
  },
});
