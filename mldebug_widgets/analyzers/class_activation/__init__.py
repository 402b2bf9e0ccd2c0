"""How class activation maps and pixel attributions are made; ``mld.gradcam`` puts the parts together."""
