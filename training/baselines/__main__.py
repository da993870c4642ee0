"""``python -m training.baselines``; see `training.baselines.run`."""

from training.baselines.run import main

main()
