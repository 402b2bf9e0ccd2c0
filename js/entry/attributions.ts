import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import trust from "../ui/trust.css";
import { Attributions } from "../views/attributions/view";
import css from "../views/attributions/view.css";

export default defineView(Attributions, [theme, trust, css]);
