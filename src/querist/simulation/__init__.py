"""What active learning would have saved: sessions replayed on data whose labels are known."""

from querist.simulation.benchmark import bench
from querist.simulation.comparison import Comparison, compare
from querist.simulation.results import Simulation
from querist.simulation.simulation import simulate

__all__ = ["Comparison", "Simulation", "bench", "compare", "simulate"]
