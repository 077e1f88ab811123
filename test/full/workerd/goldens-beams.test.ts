import { describeGoldens } from "../../support/golden-cases.ts";
import { miniInWorkerd } from "../../workerd/mini-in-workerd.ts";

describeGoldens(miniInWorkerd, "beams");
