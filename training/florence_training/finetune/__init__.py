"""From a folder of pictures and json lines of one's own to a Florence-2 that knows them, too."""
