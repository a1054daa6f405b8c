"""How the page looks: the system's fonts, one calm colour, light and dark, wide and narrow."""

from pathlib import Path
from typing import Any

FONTS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "DejaVu Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]


def theme() -> Any:
    """The theme; it names no font that would have to be fetched."""
    from gradio import themes

    return themes.Soft(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="slate",
        radius_size="md",
        font=FONTS,
        font_mono=MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        # White on teal 700 has a contrast of 5.5 to 1.
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
        input_shadow="none",
        input_shadow_dark="none",
        button_secondary_shadow="none",
        button_border_width="1px",
        button_border_width_dark="1px",
        button_primary_border_color="*primary_700",
        button_primary_border_color_dark="*primary_700",
        button_primary_border_color_hover="*primary_800",
        button_primary_border_color_hover_dark="*primary_600",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        block_title_background_fill="transparent",
        block_title_background_fill_dark="transparent",
        block_title_text_color="*neutral_600",
        block_title_text_color_dark="*neutral_400",
        block_title_text_weight="500",
        block_title_padding="0",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_400",
        block_shadow="none",
        block_shadow_dark="none",
    )


STYLES = Path(__file__).with_name("page.css")
"""What the theme cannot say."""
