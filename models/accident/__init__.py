"""An accident that is settled on the road: what is asked first, what is photographed, who answers for it. Pure.

Leaves to others: the incident's life-cycle (``models.incident``) and what is written (``models.actions.accidents``).
"""
