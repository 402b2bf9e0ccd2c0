import { defineView } from "../host/define";
import slider from "../ui/data_slider.css";
import theme from "../ui/theme.css";
import { Performance } from "../views/performance/view";
import css from "../views/performance/view.css";

export default defineView(Performance, [theme, slider, css]);
