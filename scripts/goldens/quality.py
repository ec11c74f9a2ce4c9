"""Makes test/quality/goldens/quality.json: what OpenCV says about sharpness and pose.

    python3 scripts/goldens/quality.py

cv2.Laplacian over noise that was blurred more and more; cv2.solvePnP over five points of a face, seen from two
metres and shaken by the errors of a landmark finder.
"""
import json
from pathlib import Path

import cv2
import numpy as np

random = np.random.default_rng(4)

side, region = 48, (6, 9, 30, 32)  # left, top, width, height
noise = random.integers(0, 256, (side, side)).astype(np.uint8)
pictures = []
for sigma in (0, 0.8, 1.5, 3):
    picture = noise if sigma == 0 else cv2.GaussianBlur(noise, (0, 0), sigma)
    laplacian = cv2.Laplacian(picture, cv2.CV_64F)
    left, top, width, height = region
    cut = np.s_[top : top + height, left : left + width]
    value = laplacian[cut].var() / picture[cut].astype(np.float64).var()
    pictures.append({"sigma": sigma, "luma": picture.ravel().tolist(), "relativeLaplacian": value})

# MediaPipe's canonical face: image-left eye, image-right eye, nose tip, mouth corners; y up, z to the viewer.
model = np.array(
    [
        [-3.1511455, 2.624638, 3.465663],
        [3.1511455, 2.624638, 3.465663],
        [0, -1.126865, 7.475604],
        [-2.456206, -4.342621, 4.283884],
        [2.456206, -4.342621, 4.283884],
    ]
)


def turn(axis, degrees):
    return cv2.Rodrigues(np.eye(3)[axis] * np.radians(degrees))[0]


focal, distance = 4000.0, 200.0  # pixels, centimetres
camera = np.array([[focal, 0, 320], [0, focal, 240], [0, 0, 1]])
flip = np.diag([1.0, -1.0, -1.0])  # the camera looks along z, its y points down
poses = []
for yaw, pitch, roll, noise_px in [
    (0, 0, 0, 0),
    (20, 0, 0, 0),
    (-35, 0, 0, 0),
    (0, 25, 0, 0),
    (0, -20, 0, 0),
    (0, 0, 30, 0),
    (25, -15, -40, 0),
    (-50, 10, 15, 0),
    (15, 10, 5, 1),
    (-25, -10, -15, 1),
    (40, 15, 100, 1),
]:
    true = turn(2, -roll) @ turn(1, yaw) @ turn(0, -pitch)
    seen = (flip @ true @ model.T).T + [0, 0, distance]
    points = (camera @ seen.T).T
    points = points[:, :2] / points[:, 2:] + random.normal(0, 1, (5, 2)) * noise_px
    ok, rotation, shift = cv2.solvePnP(model, points, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    ok, rotation, shift = cv2.solvePnP(
        model, points, camera, None, rotation, shift, True, flags=cv2.SOLVEPNP_ITERATIVE
    )
    found = flip @ cv2.Rodrigues(rotation)[0]
    # As R = Rz Ry Rx by hand; cv2.RQDecomp3x3 gives the same angles up to its signs.
    angles = cv2.RQDecomp3x3(found)[0]
    poses.append(
        {
            "points": points.round(3).tolist(),
            "true": {"yaw": yaw, "pitch": pitch, "roll": roll},
            "solvePnP": {"yaw": angles[1], "pitch": -angles[0], "roll": -angles[2]},
        }
    )
    print(poses[-1]["true"], {k: round(v, 1) for k, v in poses[-1]["solvePnP"].items()})

left, top, width, height = region
out = {
    "opencv": cv2.__version__,
    "side": side,
    "region": {"left": left, "top": top, "width": width, "height": height},
    "pictures": pictures,
    "poses": poses,
}
path = Path(__file__).parents[2] / "test/quality/goldens/quality.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
