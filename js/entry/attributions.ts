import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import { Attributions } from "../views/attributions/view";
import css from "../views/attributions/view.css";

export default defineView(Attributions, [theme, css]);
