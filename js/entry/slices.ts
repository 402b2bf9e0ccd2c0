import { defineView } from "../host/define";
import slider from "../ui/data_slider.css";
import theme from "../ui/theme.css";
import { styles } from "../views/slices/styles";
import { Slices } from "../views/slices/view";

export default defineView(Slices, [theme, slider, styles]);
