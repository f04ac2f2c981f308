# The app and the command line in one image; docker/entrypoint.sh tells them apart.
#   docker build -t seqsel .
FROM python:3.12-slim-bookworm

# tini is process 1: it passes stop signals on and collects processes that have ended.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*

# Packages before code: a change of code keeps this layer of several gigabytes. torch's
# wheels bring their CUDA libraries; a GPU needs nothing but the host's driver.
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --root-user-action=ignore -r /tmp/requirements.txt \
    && python -c "import torchvision, streamlit, av" \
    && rm /tmp/requirements.txt

# 1000 is the first user of most Linux machines, so a folder of theirs can be written. Any
# other user works as well (--user): what is written lies in folders open to all.
RUN useradd --uid 1000 --user-group --create-home --home-dir /home/seqsel seqsel \
    && mkdir --parents /home/seqsel/data /home/input_dir /home/output_dir \
    && chmod 1777 /home/seqsel/data /home/output_dir

ENV PYTHONPATH=/home/seqsel/app \
    PYTHONUNBUFFERED=1 \
    HOME=/home/seqsel \
    USER=seqsel \
    SEQSEL_DATA_DIR=/home/seqsel/data \
    SEQSEL_INPUT_ROOTS=/home/input_dir \
    SEQSEL_OUTPUT_ROOT=/home/output_dir \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility,video

WORKDIR /home/seqsel/app
COPY LICENSE app.py server.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY docker/entrypoint.sh docker/healthcheck.py docker/
COPY pages pages
COPY seqsel_core seqsel_core

USER 1000:1000
VOLUME /home/seqsel/data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "/home/seqsel/app/docker/healthcheck.py"]
ENTRYPOINT ["tini", "-s", "--", "/home/seqsel/app/docker/entrypoint.sh"]
