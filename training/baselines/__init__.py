"""What a reader can do without a pretrained network: rules and word lists, and a CRF on characters.

``python -m training.baselines`` scores both, and any model folder, on the same splits with the same scorer.
"""
