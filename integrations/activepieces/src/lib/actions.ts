import { type ApFile, createAction, type OutputSchema } from "@activepieces/pieces-framework";
import { ask } from "./ask";
import { florenceEdgeAuth } from "./auth";
import { actions, answerFields } from "./generated";
import { imageProperty, OPTIONS, optionsProperty, propertiesOf, taskProperties } from "./properties";
import type { ActionRow } from "./rows";

const outputSchema: OutputSchema = {
  fields: [{ key: "id", label: "Request ID" }, ...answerFields],
};

/** What a user has filled in: an action's own fields, and those of the chosen task. */
function valuesOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...given, ...Object(given[OPTIONS]) };
}

function actionOf(row: ActionRow) {
  return createAction({
    auth: florenceEdgeAuth,
    name: row.name,
    displayName: row.title,
    description: row.summary,
    props: {
      ...taskProperties(row),
      ...propertiesOf(row.fields),
      ...(row.task === undefined && { [OPTIONS]: optionsProperty }),
      image: imageProperty,
    },
    outputSchema,
    // Asking again gives the same answer and is charged once.
    aiMetadata: { description: row.summary, idempotent: true },
    run: async ({ auth, propsValue }) => {
      const image: ApFile = propsValue.image;
      return ask(auth.props, row, image, valuesOf(propsValue));
    },
  });
}

/** The piece's actions, in the order in which they are shown. */
export const florenceEdgeActions = actions.map(actionOf);
