import { createPiece } from "@activepieces/pieces-framework";
import { PieceCategory } from "@activepieces/shared";
import { florenceEdgeActions } from "./lib/actions";
import { florenceEdgeAuth } from "./lib/auth";

export const florenceEdge = createPiece({
  displayName: "Florence Edge",
  description: "Describe images, read text and find objects with the Florence-2 vision model.",
  auth: florenceEdgeAuth,
  minimumSupportedRelease: "0.82.0",
  logoUrl: "https://cdn.activepieces.com/pieces/florence-edge.png",
  authors: ["florence-edge"],
  categories: [PieceCategory.ARTIFICIAL_INTELLIGENCE],
  actions: florenceEdgeActions,
  triggers: [],
});
