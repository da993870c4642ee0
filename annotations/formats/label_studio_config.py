"""Label Studio's labelling configuration, generated from the scheme.

Spans are regions of the control ``label``, sentences of ``kind``. Each attribute is a control of its own for the
regions of its label, named ``LABEL_attribute``; annotators see Chinese names, exports hold the scheme's keys (aliases).

Tags: https://labelstud.io/tags.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from annotations.scheme import Scheme

LABEL, KIND, TEXT = "label", "kind", "text"
_FLAG = {"true": "是", "false": "否"}


def control(label: str, attribute: str) -> str:
    """The name of the control that holds an attribute of a label's regions."""
    return f"{label}_{attribute}"


def config(scheme: Scheme) -> str:
    """The labelling configuration (XML) for a project that annotates by ``scheme``."""
    view = ET.Element("View")
    labels = ET.SubElement(view, "Labels", name=LABEL, toName=TEXT)
    for hotkey, label in enumerate(scheme.labels.values(), 1):
        hint = f"{label.name}：{label.description}" if label.description else label.name
        shown = {"value": label.key, "hint": hint, "background": label.color}
        ET.SubElement(labels, "Label", shown | ({"hotkey": str(hotkey)} if hotkey < 10 else {}))
    if scheme.kinds:
        kinds = ET.SubElement(view, "Labels", name=KIND, toName=TEXT)
        for key, name in scheme.kinds.items():
            ET.SubElement(kinds, "Label", value=key, hint=name, background="#9ca3af")
    # Chinese has no blanks to snap to: select character by character.
    ET.SubElement(view, "Text", name=TEXT, value="$text", granularity="symbol")
    for label, attribute in scheme.attributes():
        when = {"visibleWhen": "region-selected", "whenTagName": LABEL, "whenLabelValue": label.key}
        part = ET.SubElement(view, "View", when)
        ET.SubElement(part, "Header", value=attribute.name, size="5")
        choices = ET.SubElement(
            part,
            "Choices",
            {"name": control(label.key, attribute.key), "toName": TEXT, "perRegion": "true"}
            | {"required": "true", "choice": "single", "showInline": "true"}
            | when,
        )
        for value, name in (_FLAG if attribute.flag else attribute.values).items():
            ET.SubElement(choices, "Choice", value=name, alias=value)
    if scheme.relations:
        relations = ET.SubElement(view, "Relations")
        for relation in scheme.relations.values():
            ET.SubElement(relations, "Relation", value=relation.key)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"
