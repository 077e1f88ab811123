import { describeGoldens } from "../../support/golden-cases.ts";
import { miniInNode } from "../../support/mini-in-node.ts";

describeGoldens(miniInNode, "greedy");
