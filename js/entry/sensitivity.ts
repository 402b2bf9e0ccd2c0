import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import { Sensitivity } from "../views/sensitivity/view";
import css from "../views/sensitivity/view.css";

export default defineView(Sensitivity, [theme, css]);
