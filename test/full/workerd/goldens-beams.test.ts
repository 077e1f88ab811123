import { describeGoldens } from "../../support/golden-cases.ts";
import { miniInWorkerd } from "../../support/mini-in-workerd.ts";

describeGoldens(miniInWorkerd, "beams");
