import { defineView } from "../host/define";
import pictures from "../ui/pictures.css";
import theme from "../ui/theme.css";
import trust from "../ui/trust.css";
import { GradCam } from "../views/gradcam/view";
import css from "../views/gradcam/view.css";

export default defineView(GradCam, [theme, pictures, trust, css]);
