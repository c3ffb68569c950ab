/**
 * Rows as the bytes of an answer: `answer-writer` chooses between `json-answer` and `arrow-answer`.
 */
export { type AnswerWriter, answerWriter, type Format } from "./answer-writer.ts";
