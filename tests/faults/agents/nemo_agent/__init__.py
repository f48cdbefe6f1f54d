"""What the ADK server looks for in a folder of agents."""

from . import agent as agent
