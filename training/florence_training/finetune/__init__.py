"""Fine-tunes a Florence-2 on a user's folder of images and json lines."""
