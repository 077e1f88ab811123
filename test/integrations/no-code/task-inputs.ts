import { noCodeTasks } from "../../../tools/no-code/tasks.ts";

/** Every task with a value for each of its fields that needs one, for the picture street.jpg, and the type of its answer. */
export const taskInputs = noCodeTasks().map(({ name, fields, example }) => {
  const given = fields.flatMap((field) => {
    const value = field.name === "region" ? "170,0,360,170" : field.example;
    return value === undefined ? [] : [[field.name, field.type === "texts" ? [value] : value] as const];
  });
  return { name, values: Object.fromEntries(given), answerType: example["answer_type"] };
});
