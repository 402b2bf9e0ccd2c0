import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import trust from "../ui/trust.css";
import { TextAttributions } from "../views/text_attributions/view";
import css from "../views/text_attributions/view.css";

export default defineView(TextAttributions, [theme, trust, css]);
