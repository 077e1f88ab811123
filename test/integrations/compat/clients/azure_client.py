"""PyPI azure-ai-vision-imageanalysis: all features at once, and what it raises."""

import json
import os

from azure.ai.vision.imageanalysis import ImageAnalysisClient
from azure.ai.vision.imageanalysis.models import VisualFeatures
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

client = ImageAnalysisClient(
    endpoint=os.environ["API"], credential=AzureKeyCredential(os.environ["KEY"]), retry_total=0
)
with open(os.environ["PICTURE"], "rb") as file:
    picture = file.read()
FEATURES = [feature for feature in VisualFeatures if feature is not VisualFeatures.SMART_CROPS]


def analyze(data, features, **options):
    """The result as a dictionary, or the error that the user gets."""
    try:
        return client.analyze(image_data=data, visual_features=features, **options).as_dict()
    except HttpResponseError as thrown:
        inner = thrown.error.innererror if thrown.error else None
        return {
            "name": type(thrown).__name__,
            "status": thrown.status_code,
            "code": thrown.error.code if thrown.error else None,
            "inner": inner.get("code") if inner else None,
            "message": thrown.message,
        }


if os.environ.get("ONLY"):
    print(json.dumps({"refused": analyze(picture, [VisualFeatures.CAPTION])}))
else:
    print(
        json.dumps(
            {
                "all": analyze(picture, FEATURES, gender_neutral_caption=True),
                "broken": analyze(b"\xff\xd8\xff\xe0\x00\x10JF", [VisualFeatures.CAPTION]),
                "crops": analyze(picture, [VisualFeatures.SMART_CROPS]),
                "german": analyze(picture, [VisualFeatures.CAPTION], language="de"),
            }
        )
    )
